import { errorText } from "../../error.ts";
import { allowToo } from "../../net/allow_too.ts";
import { NetworkError } from "../../net/errors.ts";
import {
  BUSYBOX_IMAGE,
  CHART_IMAGES,
  FLUX_IMAGES,
  K3S_IMAGES,
  type K3sImage,
  LOCAL_PATH_IMAGE,
} from "../../product/pins.ts";
import { parseImageName } from "../../product/image_name.ts";
import { fetchConfig } from "../../release/mod.ts";
import type { Check, CheckContext, RunContext } from "../check.ts";
import { askedEndpoints } from "../facts/endpoints.ts";
import { couldNotCheck, fail, pass, skipped, warn } from "../outcome.ts";

/** Images that are pulled whatever the release says: for Flux and storage, and those that charts name themselves. */
const SETUP_IMAGES = [
  ...Object.values(FLUX_IMAGES),
  LOCAL_PATH_IMAGE,
  BUSYBOX_IMAGE,
  ...CHART_IMAGES,
].map(parseImageName);
/** Small, and of a registry whose token and content lie on hosts of their own. */
const PROBED = parseImageName(BUSYBOX_IMAGE);

/** Failures of the content alone: its names were read, so the way and the registry are right. */
const OF_CONTENT: readonly string[] = [
  "captive",
  "denied",
  "not-found",
  "unauthorized",
  "unexpected-status",
  "wrong-digest",
  "wrong-size",
  "not-json",
];

type Answer = { name: string; is: "there" | "missing" } | { name: string; error: NetworkError };

/** What no release names can be pulled all the same; of one image the content itself is read. */
export const MIRROR_COMPLETE: Check = {
  id: "mirror.complete",
  title: "Images of Kubernetes, Flux and charts",
  vantage: "containerd",
  overridable: true,
  async run(context) {
    const expected = "every image that setup pulls exists where it is asked for";
    const asked = askedEndpoints(context.mirrors).map((it) => it.registry as string);
    const images = SETUP_IMAGES.filter((it) => asked.includes(it.host));
    const ofK3s = asked.includes(PROBED.host) ? await namedByK3s(context) : [];
    const [content, ...answers] = await Promise.all([
      asked.includes(PROBED.host) ? readContent(context) : undefined,
      ...images.map((it) => existence(context, it)),
      ...ofK3s.filter((it) => it.tags.length > 0).map((it) => existenceOfAny(context, it)),
    ]);
    const evidence = [
      ...answers.map((it) => `${it.name}: ${"is" in it ? it.is : errorText(it.error)}`),
      ...ofK3s.filter((it) => it.tags.length === 0)
        .map((it) => `${it.name}: its tag is not known before k3s is there`),
    ];
    const sentOn = [content, ...answers.map((it) => "error" in it ? it.error : undefined)]
      .find((it) => it !== undefined && allowToo(it) !== undefined);
    if (sentOn) {
      return fail({
        expected,
        found: errorText(sentOn),
        remediation: allowToo(sentOn) ?? "",
        evidence,
      });
    }
    const missing = answers.filter((it) => "is" in it && it.is === "missing").map((it) => it.name);
    if (missing.length > 0) {
      return warn({
        expected,
        found: `missing: ${missing.join(", ")}`,
        remediation:
          "Copy them into the mirror (skopeo copy --all does it), unless the installation image brings them",
        evidence,
      });
    }
    const failed = answers.find((it) => "error" in it);
    const error = failed?.error ?? content;
    if (error === undefined) return pass({ expected, found: `all ${answers.length}`, evidence });
    if (failed === undefined && OF_CONTENT.includes(error.failure)) {
      return fail({
        expected,
        found: errorText(error),
        remediation:
          `Ask the network administrator what keeps back or changes the content of ${error.host} (a filter, a virus scanner), or repair the mirror`,
        evidence,
      });
    }
    return ["dns", "tcp", "tls", "timeout", "proxy"].includes(error.failure)
      ? skipped(expected, `${error.host} cannot be reached (see the checks of the way to it)`)
      : couldNotCheck({
        expected,
        found: errorText(error),
        remediation:
          "Run the checks again (sudo alga-agent preflight); if it stays, see the check of reading from the registry",
        evidence,
      });
  },
};

async function existence(
  { registry, signal }: CheckContext,
  { host, repository, reference, name }: (typeof SETUP_IMAGES)[number],
): Promise<Answer> {
  try {
    return { name, is: await registry.exists(host, repository, reference, { signal }) ? "there" : "missing" };
  } catch (error) {
    if (error instanceof NetworkError) return { name, error };
    throw error;
  }
}

/** Images of k3s with the tag that its own files name, once it is there. */
async function namedByK3s({ facts }: RunContext): Promise<K3sImage[]> {
  return await Promise.all(K3S_IMAGES.map(async (image) => {
    const text = await facts.text(image.namedIn) ?? "";
    const tag = /^[\w.-]{1,128}/.exec(text.split(`${image.name}:`)[1] ?? "")?.[0];
    return tag === undefined ? image : { ...image, tags: [tag] };
  }));
}

/** One of the tags that may be the right one is enough. */
async function existenceOfAny(context: CheckContext, { name, tags }: K3sImage): Promise<Answer> {
  const answers = await Promise.all(
    tags.map((tag) => existence(context, parseImageName(`${name}:${tag}`))),
  );
  const known = answers.find((it) => "is" in it && it.is === "there") ??
    answers.find((it) => "error" in it);
  return known ?? { name: tags.length === 1 ? `${name}:${tags[0]}` : name, is: "missing" };
}

/** Content lies on other hosts than the names of it; gives why it could not be read. */
async function readContent({ registry, signal }: CheckContext): Promise<NetworkError | undefined> {
  try {
    await fetchConfig(registry, PROBED, { signal });
    return undefined;
  } catch (error) {
    if (error instanceof NetworkError) return error;
    throw error;
  }
}
