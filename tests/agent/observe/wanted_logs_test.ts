import assert from "node:assert/strict";
import { isNoLog } from "../../../agent/observe/wanted_logs.ts";

Deno.test("isNoLog() knows what the kubelet sends in place of the log of a container that is gone", () => {
  assert.equal(isNoLog("unable to retrieve container logs for containerd://9f0c"), true);
  assert.equal(isNoLog("unable to retrieve container logs for containerd://9f0c\n"), true);
});

Deno.test("isNoLog() takes a program's own lines for a log, also when they speak of the same", () => {
  assert.equal(isNoLog(""), false);
  assert.equal(isNoLog("starting\nunable to retrieve container logs for containerd://9f0c"), false);
  assert.equal(isNoLog("unable to retrieve container logs for containerd://9f0c\nError: gave up"), false);
});
