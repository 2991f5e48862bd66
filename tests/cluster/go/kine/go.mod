module alga-agent/tests/cluster/kine

go 1.26.0

require github.com/k3s-io/kine v0.16.4
