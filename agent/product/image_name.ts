/** An image as it is asked for. */
export interface ImageName {
  host: string;
  repository: string;
  /** A digest where there is one, else the tag. */
  reference: string;
  /** As it was written, without the digest. */
  name: string;
}

/** "busybox:1.36" → docker.io, library/busybox, 1.36: what a short name means to containerd. */
export function parseImageName(text: string): ImageName {
  const [name = "", digest] = text.split("@");
  const [first = "", ...rest] = name.split("/");
  const hasHost = rest.length > 0 && (/[.:]/.test(first) || first === "localhost");
  const path = hasHost ? rest : [first, ...rest];
  const [repository = "", tag = "latest"] = path.join("/").split(":");
  return {
    host: hasHost ? first : "docker.io",
    repository: !hasHost && path.length === 1 ? `library/${repository}` : repository,
    reference: digest ?? tag,
    name,
  };
}
