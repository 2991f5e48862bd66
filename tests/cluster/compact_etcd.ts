/** Drops an etcd's history. An API server before it still knows that history until it has started again. */
export async function compactEtcd(url: string): Promise<void> {
  const post = async (path: string, body: unknown) =>
    await (await fetch(`${url}/v3/kv/${path}`, { method: "POST", body: JSON.stringify(body) })).json();
  const range = await post("range", { key: btoa("/") });
  await post("compaction", { revision: range.header.revision, physical: true });
}
