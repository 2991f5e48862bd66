import { createKubeClient } from "../../k8s/client/http_kube_client.ts";
import { parseKubeconfig } from "../../k8s/client/kubeconfig.ts";
import { startSimKubeApi } from "../simulator/kube_api.ts";
import { kubeClientContract } from "./kube_client_contract.ts";

kubeClientContract("simulated API", async () => {
  const api = await startSimKubeApi();
  return {
    port: api.port,
    connect: (options, port = api.port) =>
      createKubeClient(
        { ...parseKubeconfig(api.kubeconfig), server: `http://127.0.0.1:${port}` },
        options,
      ),
    stranger: createKubeClient({ ...parseKubeconfig(api.kubeconfig), token: "someone-else" }),
    throttled: () => {
      api.throttle(Infinity);
      return Promise.resolve({ client: api.client(), stop: () => Promise.resolve(api.throttle(0)) });
    },
    compact: () => Promise.resolve(api.store.compact()),
    restart: async () => {
      await api.refuse();
      await api.resume();
    },
    stop: () => api.close(),
  };
});
