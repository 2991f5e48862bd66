/** The operating system that the appliance is made for, as os-release(5) names it. */
export const SUPPORTED_SYSTEM = { id: "ubuntu", version: "24.04", title: "Ubuntu 24.04" } as const;
