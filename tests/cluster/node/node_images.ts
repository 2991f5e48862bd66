import { createHash } from "node:crypto";
import { FLUX_CONTROLLERS, fluxObjects } from "../../../flux/controllers.ts";
import { LOCAL_PATH } from "../../../k8s/storage/local_path_manifests.ts";
import { pushBlob, pushManifest } from "../../simulator/push.ts";
import { exists } from "../exists.ts";
import { CACHE_FOLDER, type ProgramName, programPath } from "../programs.ts";

/**
 * An image made of programs of this machine. None is what its name promises to the letter: the description that each carries says
 * what it is instead.
 */
export interface ImageRecipe {
  /** Full reference; what is loaded in advance may bear a digest that only its publisher's image really has. */
  name: string;
  description: string;
  /** Path in the image → file of this machine. */
  files: Record<string, string>;
  /** Path in the image → what the link says. */
  links?: Record<string, string>;
  entrypoint?: readonly string[];
  user?: string;
  architecture?: string;
}

/** A recipe on disk: an OCI layout without its index. */
export interface BuiltImage {
  folder: string;
  recipe: ImageRecipe;
  manifest: { digest: string; size: number; text: string };
  blobs: { digest: string; size: number; mediaType: string }[];
}

const MANIFEST_TYPE = "application/vnd.oci.image.manifest.v1+json";

export const PAUSE_IMAGE = "docker.io/rancher/mirrored-pause:3.6";
export const COREDNS_IMAGE = "docker.io/rancher/mirrored-coredns-coredns:1.14.7";
export const BUSYBOX = "/bin/busybox";

/** Builds `images/NAME.c`, once per text. */
export async function buildStandin(name: "pause" | "standin"): Promise<string> {
  const source = new URL(`./images/${name}.c`, import.meta.url).pathname;
  const target = `${CACHE_FOLDER}/${name}-${sha256(await Deno.readTextFile(source)).slice(0, 16)}`;
  if (await exists(target)) return target;
  await Deno.mkdir(CACHE_FOLDER, { recursive: true });
  const partial = `${target}.${Deno.pid}.partial`;
  await run("gcc", "-static", "-Os", "-s", "-o", partial, source);
  await Deno.rename(partial, target);
  return target;
}

/** What k3s brings along by itself. */
export async function k3sImages(): Promise<ImageRecipe[]> {
  return [
    {
      name: PAUSE_IMAGE,
      description: "stand-in for pause: images/pause.c",
      files: { "/pause": await buildStandin("pause") },
      entrypoint: ["/pause"],
    },
    {
      name: COREDNS_IMAGE,
      description: "CoreDNS itself, built from its Go module",
      files: { "/coredns": await programPath("coredns") },
      entrypoint: ["/coredns"],
    },
  ];
}

/** What the agent's storage step pulls, under the names that it asks for. */
export async function storageImages(): Promise<ImageRecipe[]> {
  return [
    {
      name: `docker.io/${LOCAL_PATH.image}`,
      description: "local-path-provisioner v0.0.30, built from its Go module, which has no newer version",
      files: { "/usr/bin/local-path-provisioner": await programPath("local-path-provisioner") },
    },
    await busyboxImage(`docker.io/library/${LOCAL_PATH.helperImage}`),
  ];
}

/** Flux's controllers for the agent's own Deployments, under the digests that these ask for. */
export async function fluxImages(): Promise<ImageRecipe[]> {
  const standin = await buildStandin("standin");
  const deployments = fluxObjects().filter((it) => it.kind === "Deployment");
  return await Promise.all(FLUX_CONTROLLERS.map(async (name) => {
    const image: string = deployments.find((it) => it.metadata.name === name)?.spec.template.spec
      .containers[0].image;
    // The runtime looks images up by name and digest; a tag beside a digest counts for nothing.
    const reference = { name: image.replace(/:[^:@/]+@/, "@"), user: "65534:65534" };
    if (name === "notification-controller") {
      return {
        ...reference,
        description: "stand-in for notification-controller: images/standin.c",
        files: { "/standin": standin },
        entrypoint: ["/standin", "8080", "9090", "9292", "9440"],
      };
    }
    const program: ProgramName = name;
    return {
      ...reference,
      description: `${name} itself, built from its Go module; not the published image`,
      files: { [`/${name}`]: await programPath(program) },
      entrypoint: [`/${name}`],
    };
  }));
}

/** Debian's busybox as an image; its look-ups and TLS crash now and then: for files, sleeping and ends. */
export async function busyboxImage(name: string): Promise<ImageRecipe> {
  const applets = (await run(BUSYBOX, "--list")).trim().split("\n").filter((it) => it !== "busybox");
  return {
    name,
    description: "busybox of this machine",
    files: { "/bin/busybox": BUSYBOX },
    links: Object.fromEntries(applets.map((it) => [`/bin/${it}`, "busybox"])),
    entrypoint: [],
  };
}

/** An image of `images/standin.c`: answers over HTTP on the given ports, see there. */
export async function standinImage(name: string, ports: readonly string[]): Promise<ImageRecipe> {
  const { files, links } = await busyboxImage(name);
  return {
    name,
    description: "stand-in that answers over HTTP: images/standin.c, with a shell beside it",
    files: { ...files, "/standin": await buildStandin("standin") },
    links: links ?? {},
    entrypoint: ["/standin", ...ports],
  };
}

/** Makes a recipe's layer, config and manifest, once. */
export async function buildImage(recipe: ImageRecipe): Promise<BuiltImage> {
  const stamps = await Promise.all(
    Object.entries(recipe.files).map(async ([path, from]) => {
      const { size, mtime } = await Deno.stat(from);
      return [path, from, size, mtime?.getTime()];
    }),
  );
  const key = sha256(JSON.stringify([1, recipe, stamps])).slice(0, 16);
  const folder = `${CACHE_FOLDER}/image-${key}`;
  if (!await exists(folder)) await makeLayout(recipe, folder);
  const text = await Deno.readTextFile(`${folder}/manifest.json`);
  const { config, layers } = JSON.parse(text);
  return {
    folder,
    recipe,
    manifest: { digest: `sha256:${sha256(text)}`, size: new TextEncoder().encode(text).length, text },
    blobs: [config, ...layers],
  };
}

/** Puts images into one archive as `ctr images import` and k3s' folder for air-gapped images take it. */
export async function writeArchive(images: readonly BuiltImage[], path: string): Promise<void> {
  const stage = `${path}.d`;
  await Deno.mkdir(`${stage}/blobs/sha256`, { recursive: true });
  for (const { folder, manifest, blobs } of images) {
    await Deno.writeTextFile(`${stage}/blobs/sha256/${manifest.digest.slice(7)}`, manifest.text);
    for (const { digest } of blobs) {
      const link = `${stage}/blobs/sha256/${digest.slice(7)}`;
      if (!await exists(link)) await Deno.symlink(`${folder}/${digest.slice(7)}`, link);
    }
  }
  await Deno.writeTextFile(`${stage}/oci-layout`, '{"imageLayoutVersion":"1.0.0"}');
  await Deno.writeTextFile(
    `${stage}/index.json`,
    JSON.stringify({
      schemaVersion: 2,
      manifests: images.map(({ recipe, manifest }) => ({
        mediaType: MANIFEST_TYPE,
        digest: manifest.digest,
        size: manifest.size,
        annotations: { "io.containerd.image.name": recipe.name },
      })),
    }),
  );
  await run("tar", "--dereference", "-cf", path, "-C", stage, ".");
  await Deno.remove(stage, { recursive: true });
}

/** Uploads an image under the tag of its name, whatever registry the name speaks of. Gives the manifest's digest. */
export async function pushImage(
  registryUrl: string,
  { folder, recipe, manifest, blobs }: BuiltImage,
): Promise<string> {
  const [, repository = "", tag = "latest"] = /^[^/]+\/(.+?)(?::([^:/]+))?$/.exec(recipe.name) ?? [];
  for (const { digest, mediaType } of blobs) {
    await pushBlob(registryUrl, repository, await Deno.readFile(`${folder}/${digest.slice(7)}`), mediaType);
  }
  return await pushManifest(registryUrl, repository, [tag], JSON.parse(manifest.text));
}

async function makeLayout(recipe: ImageRecipe, folder: string): Promise<void> {
  await Deno.mkdir(CACHE_FOLDER, { recursive: true });
  const partial = await Deno.makeTempDir({ dir: CACHE_FOLDER, prefix: "image-", suffix: ".partial" });
  const stage = `${partial}/stage`;
  await Deno.mkdir(`${stage}/tmp`, { recursive: true, mode: 0o777 });
  await Deno.mkdir(`${stage}/etc`);
  await Deno.writeTextFile(
    `${stage}/etc/passwd`,
    "root:x:0:0:root:/:/bin/sh\nnobody:x:65534:65534:nobody:/:\n",
  );
  for (const [path, from] of Object.entries(recipe.files)) {
    await Deno.mkdir(`${stage}${path.slice(0, path.lastIndexOf("/"))}`, { recursive: true });
    await Deno.copyFile(from, `${stage}${path}`);
    await Deno.chmod(`${stage}${path}`, 0o755);
  }
  for (const [path, to] of Object.entries(recipe.links ?? {})) await Deno.symlink(to, `${stage}${path}`);
  await Deno.chmod(`${stage}/tmp`, 0o777);
  const layer = `${partial}/layer`;
  await run(
    "tar",
    ...[
      "--sort=name",
      "--owner=0",
      "--group=0",
      "--numeric-owner",
      "--mtime=@0",
      "-cf",
      layer,
      "-C",
      stage,
      ".",
    ],
  );
  await Deno.remove(stage, { recursive: true });

  const layerDigest = await sha256OfFile(layer);
  const config = JSON.stringify({
    architecture: recipe.architecture ?? (Deno.build.arch === "aarch64" ? "arm64" : "amd64"),
    os: "linux",
    config: {
      Env: ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],
      Entrypoint: recipe.entrypoint ?? [],
      User: recipe.user ?? "",
      Labels: { "org.opencontainers.image.description": recipe.description },
    },
    rootfs: { type: "layers", diff_ids: [`sha256:${layerDigest}`] },
  });
  const descriptor = (mediaType: string, digest: string, size: number) => ({
    mediaType,
    digest: `sha256:${digest}`,
    size,
  });
  await Deno.writeTextFile(`${partial}/${sha256(config)}`, config);
  await Deno.writeTextFile(
    `${partial}/manifest.json`,
    JSON.stringify({
      schemaVersion: 2,
      mediaType: MANIFEST_TYPE,
      config: descriptor("application/vnd.oci.image.config.v1+json", sha256(config), config.length),
      layers: [
        descriptor("application/vnd.oci.image.layer.v1.tar", layerDigest, (await Deno.stat(layer)).size),
      ],
    }),
  );
  await Deno.rename(layer, `${partial}/${layerDigest}`);
  await Deno.rename(partial, folder).catch(async (error) => {
    await Deno.remove(partial, { recursive: true });
    if (!await exists(folder)) throw error; // else somebody else was faster
  });
}

async function sha256OfFile(path: string): Promise<string> {
  const hash = createHash("sha256");
  using file = await Deno.open(path);
  for await (const chunk of file.readable) hash.update(chunk);
  return hash.digest("hex");
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

async function run(program: string, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command(program, { args }).output();
  if (code !== 0) throw new Error(`"${program}" ended with ${code}: ${new TextDecoder().decode(stderr)}`);
  return new TextDecoder().decode(stdout);
}
