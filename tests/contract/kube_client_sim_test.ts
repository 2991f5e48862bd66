import { createKubeClient } from "../../k8s/http_kube_client.ts";
import { parseKubeconfig } from "../../k8s/kubeconfig.ts";
import { startSimKubeApi } from "../simulator/kube_api.ts";
import { kubeClientContract } from "./kube_client_contract.ts";

kubeClientContract("simulated API", async () => {
  const api = await startSimKubeApi();
  return {
    connect: (options) => createKubeClient(parseKubeconfig(api.kubeconfig), options),
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
