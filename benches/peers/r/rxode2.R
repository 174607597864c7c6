# rxode2: liblsoda with the model compiled as C; doses as an event table, parameters of 256 subjects at a time, one thread.

source(file.path(dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))), "conversation.R"))
suppressPackageStartupMessages(library(rxode2))
setRxThreads(1L)

kinetics <- "
d/dt(A1) = -k0*A1 + k2*A2 + k4*A3
d/dt(A2) = k1*A1 - k2*A2
d/dt(A3) = k3*A1 - k4*A3
d/dt(M1) = k5*A1 - k6*M1 + k8*M2
d/dt(M2) = k7*M1 - k8*M2
"
response <- "
c = max(Ce, 0) + k11*max(M1, 0)
hill = c^1.6
b2 = B*B
d/dt(Ce) = k10*A1 - k9*Ce
d/dt(G) = 12*(1 + SG*hill/(k12 + hill) - G)
d/dt(P) = 2*(G^1.3 - P)
d/dt(B) = 0.35*(P^0.8 - B)
d/dt(M) = kM*(1 + 4*(b2/(2.25 + b2) - 1/3.25) - M)
d/dt(S) = 0.025*(M*sqrt(M) - S)
d/dt(N) = kN*(S*S - N)
d/dt(Y) = 0.02*(32*(1 - 0.85*(N - 1)/(N50 + N - 1)) - Y)
G(0) = 1; P(0) = 1; B(0) = 1; M(0) = 1; S(0) = 1; N(0) = 1; Y(0) = 32
"
second <- workload$number == 2L
model <- rxode2(paste0(kinetics, if (second) response))

p <- workload$parameters
constants <- cbind(
  k0 = (p[, "CL"] + p[, "Q2"] + p[, "Q3"]) / p[, "V1"], k1 = p[, "Q2"] / p[, "V1"], k2 = p[, "Q2"] / p[, "V2"],
  k3 = p[, "Q3"] / p[, "V1"], k4 = p[, "Q3"] / p[, "V3"], k5 = 0.8 * p[, "CL"] / p[, "V1"],
  k6 = (p[, "CLm"] + 50) / p[, "Vm"], k7 = 50 / p[, "Vm"], k8 = 0.5
)
if (second) {
  constants <- cbind(
    constants, k9 = p[, "ke0"], k10 = p[, "ke0"] / p[, "V1"], k11 = 0.25 / p[, "Vm"], k12 = p[, "EC50"]^1.6,
    p[, c("SG", "kM", "kN", "N50")]
  )
}

events <- et()
for (i in seq_len(nrow(workload$doses))) {
  dose <- workload$doses[i, ]
  events <- et(events, time = dose[["time"]], amt = dose[["amount"]], rate = dose[["rate"]], cmt = "A1")
}
events <- et(events, workload$times)

serve(
  solve = function(rtol, atol, subjects) {
    rxSolve(
      model, as.data.frame(constants[subjects, , drop = FALSE]), events, method = "liblsoda", rtol = rtol, atol = atol,
      maxsteps = 1000000L, cores = 1L, returnType = "data.frame", addDosing = FALSE
    )
  },
  states_of = function(result, i) {
    rows <- if ("sim.id" %in% names(result)) result[result$sim.id == i, ] else result
    as.matrix(rows[match(workload$times, rows$time), workload$states])
  },
  batch = 256L
)
