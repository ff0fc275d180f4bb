"""A real Kubernetes node from plain programs: kubelet, containerd and runc, in namespaces of its own.

Services, DNS and NetworkPolicies work. Nothing of the node is visible outside its namespaces except its processes, its
cgroups and one port on loopback. It ends, and everything of it is removed, with the program that started it.
"""
