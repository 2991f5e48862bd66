import { createKubeClient, parseKubeconfig } from "../../k8s/mod.ts";
import { kubeClientContract } from "../contract/kube_client_contract.ts";
import { startRealKubeApi } from "./real_kube_api.ts";
import { clusterRequirements } from "./requirements.ts";

const requirements = await clusterRequirements("api");

kubeClientContract(
  requirements.ok ? "kube-apiserver" : `kube-apiserver (skipped: ${requirements.reason})`,
  async () => {
    const api = await startRealKubeApi();
    const { clientCertificatePem: _, clientKeyPem: __, ...anonymous } = parseKubeconfig(api.kubeconfig);
    return {
      port: Number(new URL(api.url).port),
      connect: (options, port) => {
        const server = port === undefined ? api.url : `https://127.0.0.1:${port}`;
        return createKubeClient({ ...parseKubeconfig(api.kubeconfig), server }, options);
      },
      throttled: () => api.throttled(),
      stranger: createKubeClient({
        ...anonymous,
        clientCertificatePem: undefined,
        clientKeyPem: undefined,
        token: "someone-else",
      }),
      compact: () => api.compact(),
      restart: () => api.restart(),
      stop: () => api.stop(),
    };
  },
  { ignore: !requirements.ok },
);
