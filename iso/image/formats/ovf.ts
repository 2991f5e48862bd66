import { HARDWARE_VERSION } from "./vmdk.ts";

/** What an OVF says of a machine. */
export interface Machine {
  name: string;
  version: string;
  disk: { name: string; bytes: number; capacityBytes: number; populatedBytes: number };
  firmware: "bios" | "efi";
}

/** The machine that the documents ask for. */
export const HARDWARE = { processors: 4, memoryMib: 16 * 1024 } as const;

/** Ubuntu on 64 bits. @see https://schemas.dmtf.org/wbem/cim-html/2/CIM_OperatingSystem.html */
const OS_ID = 94;

/** What whoever imports the machine may fill in; cloud-init's source "OVF" reads these names. */
const PROPERTIES = [
  ["instance-id", "Instance id", "A new one makes cloud-init begin again. Leave as it is.", "alga-appliance"],
  ["hostname", "Host name", "Name of this machine in its network", ""],
  ["public-keys", "SSH public keys", "Keys that log in as the image's account; one a line", ""],
  [
    "network-config",
    "Network configuration",
    "A fixed address: version 2 of cloud-init's network configuration, in base64",
    "",
  ],
  ["user-data", "User data", "cloud-config in base64, for example with a file of answers for setup", ""],
] as const;

/**
 * The description of an appliance as OVF 1.1. Elements of an item stand in the order of their names, as the schema of CIM wants.
 * @see https://www.dmtf.org/standards/ovf (DSP0243 1.1.1, §§ 7–9)
 */
export function renderOvf({ name, version, disk, firmware }: Machine): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<Envelope xmlns="http://schemas.dmtf.org/ovf/envelope/1" xmlns:ovf="http://schemas.dmtf.org/ovf/envelope/1" xmlns:rasd="http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_ResourceAllocationSettingData" xmlns:vssd="http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_VirtualSystemSettingData" xmlns:vmw="http://www.vmware.com/schema/ovf">
  <References>
    <File ovf:id="file1" ovf:href="${escape(disk.name)}" ovf:size="${disk.bytes}"/>
  </References>
  <DiskSection>
    <Info>Disks of the machine</Info>
    <Disk ovf:diskId="disk1" ovf:fileRef="file1" ovf:capacity="${disk.capacityBytes}" ovf:capacityAllocationUnits="byte" ovf:populatedSize="${disk.populatedBytes}" ovf:format="http://www.vmware.com/interfaces/specifications/vmdk.html#streamOptimized"/>
  </DiskSection>
  <NetworkSection>
    <Info>Networks of the machine</Info>
    <Network ovf:name="VM Network">
      <Description>A network with DHCP</Description>
    </Network>
  </NetworkSection>
  <VirtualSystem ovf:id="${escape(name)}">
    <Info>An Alga appliance</Info>
    <Name>${escape(name)}</Name>
    <OperatingSystemSection ovf:id="${OS_ID}" vmw:osType="ubuntu64Guest">
      <Info>The system on the disk</Info>
      <Description>Ubuntu Linux (64-bit)</Description>
    </OperatingSystemSection>
    <VirtualHardwareSection ovf:transport="iso com.vmware.guestInfo">
      <Info>Hardware of the machine</Info>
      <System>
        <vssd:ElementName>Virtual Hardware Family</vssd:ElementName>
        <vssd:InstanceID>0</vssd:InstanceID>
        <vssd:VirtualSystemIdentifier>${escape(name)}</vssd:VirtualSystemIdentifier>
        <vssd:VirtualSystemType>vmx-${HARDWARE_VERSION}</vssd:VirtualSystemType>
      </System>
${ITEMS.map(renderItem).join("\n")}
      <vmw:Config ovf:required="false" vmw:key="firmware" vmw:value="${firmware}"/>
    </VirtualHardwareSection>
    <ProductSection>
      <Info>What is on the disk</Info>
      <Product>Alga appliance</Product>
      <Vendor>Nine Minds</Vendor>
      <Version>${escape(version)}</Version>
${PROPERTIES.map(renderProperty).join("\n")}
    </ProductSection>
  </VirtualSystem>
</Envelope>
`;
}

type Item = Readonly<Record<string, string | number>>;

const ITEMS: readonly Item[] = [
  {
    AllocationUnits: "hertz * 10^6",
    Description: "Processors",
    ElementName: `${HARDWARE.processors} processors`,
    InstanceID: 1,
    ResourceType: 3,
    VirtualQuantity: HARDWARE.processors,
  },
  {
    AllocationUnits: "byte * 2^20",
    Description: "Memory",
    ElementName: `${HARDWARE.memoryMib} MiB of memory`,
    InstanceID: 2,
    ResourceType: 4,
    VirtualQuantity: HARDWARE.memoryMib,
  },
  {
    Address: 0,
    Description: "Controller of disks",
    ElementName: "SCSI controller 0",
    InstanceID: 3,
    ResourceSubType: "VirtualSCSI",
    ResourceType: 6,
  },
  {
    AddressOnParent: 0,
    ElementName: "Hard disk 1",
    HostResource: "ovf:/disk/disk1",
    InstanceID: 4,
    Parent: 3,
    ResourceType: 17,
  },
  {
    AddressOnParent: 7,
    AutomaticAllocation: "true",
    Connection: "VM Network",
    ElementName: "Network adapter 1",
    InstanceID: 5,
    ResourceSubType: "VmxNet3",
    ResourceType: 10,
  },
];

function renderItem(item: Item): string {
  const lines = Object.entries(item).map(([name, value]) =>
    `        <rasd:${name}>${escape(String(value))}</rasd:${name}>`
  );
  return ["      <Item>", ...lines, "      </Item>"].join("\n");
}

function renderProperty([key, label, description, value]: (typeof PROPERTIES)[number]): string {
  return `      <Property ovf:key="${key}" ovf:type="string" ovf:userConfigurable="true" ovf:value="${value}">
        <Label>${escape(label)}</Label>
        <Description>${escape(description)}</Description>
      </Property>`;
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}
