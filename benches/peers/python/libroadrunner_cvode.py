"""libRoadRunner (CVODE, right-hand side compiled by LLVM); a simulation for each stretch of one infusion rate."""

import antimony
import numpy
import roadrunner

import model
from conversation import serve

W1 = """
A1' = rate - k0*A1 + k2*A2 + k4*A3; A2' = k1*A1 - k2*A2; A3' = k3*A1 - k4*A3
M1' = k5*A1 - k6*M1 + k8*M2; M2' = k7*M1 - k8*M2
"""
# A square root and products where the power is 1.5 or 2.
W2 = """
hill := (piecewise(Ce, Ce > 0, 0) + k11*piecewise(M1, M1 > 0, 0))^1.6
Ce' = k10*A1 - k9*Ce
G' = 12*(1 + k13*hill/(k12 + hill) - G); P' = 2*(G^1.3 - P); B' = 0.35*(P^0.8 - B)
M' = k14*(1 + 4*(B*B/(2.25 + B*B) - 1/3.25) - M); S' = 0.025*(M*sqrt(M) - S); N' = k15*(S*S - N)
Y' = 0.02*(32*(1 - 0.85*(N - 1)/(k16 + N - 1)) - Y)
"""
STATES = ["A1", "A2", "A3", "M1", "M2", "Ce", "G", "P", "B", "M", "S", "N", "Y"]


def text(workload):
    names = [f"k{i}" for i in range(9 if workload == 1 else model.CONSTANTS)] + ["rate"]
    values = [f"{name} = 1" for name in names]
    values += [f"{name} = {value}" for name, value in zip(STATES, model.initial(workload))]
    equations = W1 if workload == 1 else W1 + W2
    return names, "model m\n" + "\n".join(values) + equations + "end"


def make(_, workload):
    names, source = text(workload.number)
    if antimony.loadAntimonyString(source) < 0:
        raise RuntimeError(antimony.getLastError())
    simulator = roadrunner.RoadRunner(antimony.getSBMLString("m"))
    states = STATES[: workload.states]
    simulator.timeCourseSelections = states
    simulator.integrator.stiff = True
    simulator.integrator.maximum_num_steps = 1000000
    ids = list(simulator.model.getGlobalParameterIds())
    changing = [ids.index(name) for name in states + names]
    rate = [ids.index("rate")]
    stretches = [(stretch, stretch.grid(workload.times)) for stretch in workload.stretches()]
    k = model.constants(workload.number, workload.parameters)[:, : len(names) - 1]
    x0 = model.initial(workload.number)

    def solve(rtol, atol, subject, table):
        simulator.integrator.relative_tolerance = rtol
        simulator.integrator.absolute_tolerance = atol
        simulator.reset()
        simulator.model.setGlobalParameterValues(changing, [*x0, *k[subject], 0.0])
        table[0] = x0
        for stretch, grid in stretches:
            simulator.model.setGlobalParameterValues(rate, [stretch.rate])
            found = simulator.simulate(times=grid)
            table[stretch.first : stretch.behind] = found[1 : 1 + stretch.behind - stretch.first]
        return None

    return solve


serve(make)
