"""`benches/compare`: Euthymia and its peers on the benchmark workloads, in one run.

command.py reads the arguments and goes through workloads and contestants; workload.py has what is solved and how an error is
told; euthymia.py runs Euthymia, peers.py makes the peers ready and driver.py talks with them; precision.py reads a speed off
at an error; report.py prints. The peers' own code is in the folders beside this one."""
