# mrgsolve: LSODA with the model compiled as C++; doses and parameters of 256 subjects at a time as a data set.

source(file.path(dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))), "conversation.R"))
suppressPackageStartupMessages(library(mrgsolve))

kinetics <- "
dxdt_A1 = -k0*A1 + k2*A2 + k4*A3;
dxdt_A2 = k1*A1 - k2*A2;
dxdt_A3 = k3*A1 - k4*A3;
dxdt_M1 = k5*A1 - k6*M1 + k8*M2;
dxdt_M2 = k7*M1 - k8*M2;
"
response <- "
double c = (Ce > 0 ? Ce : 0) + k11*(M1 > 0 ? M1 : 0);
double hill = pow(c, 1.6);
double b2 = B*B;
dxdt_Ce = k10*A1 - ke0*Ce;
dxdt_G = 12.0*(1.0 + SG*hill/(k12 + hill) - G);
dxdt_P = 2.0*(pow(G, 1.3) - P);
dxdt_B = 0.35*(pow(P, 0.8) - B);
dxdt_M = kM*(1.0 + 4.0*(b2/(2.25 + b2) - 1.0/3.25) - M);
dxdt_S = 0.025*(M*sqrt(M) - S);
dxdt_N = kN*(S*S - N);
dxdt_Y = 0.02*(32.0*(1.0 - 0.85*(N - 1.0)/(N50 + N - 1.0)) - Y);
"
constants <- "
double k0 = (CL + Q2 + Q3)/V1;
double k1 = Q2/V1;
double k2 = Q2/V2;
double k3 = Q3/V1;
double k4 = Q3/V3;
double k5 = 0.8*CL/V1;
double k6 = (CLm + 50.0)/Vm;
double k7 = 50.0/Vm;
double k8 = 0.5;
"
more_constants <- "
double k10 = ke0/V1;
double k11 = 0.25/Vm;
double k12 = pow(EC50, 1.6);
G_0 = 1; P_0 = 1; B_0 = 1; M_0 = 1; S_0 = 1; N_0 = 1; Y_0 = 32;
"
second <- workload$number == 2L
names <- colnames(workload$parameters)
code <- paste0(
  "$PARAM ", paste0(names, " = 1", collapse = ", "), "\n$CMT ", paste(workload$states, collapse = " "),
  "\n$MAIN\n", constants, if (second) more_constants, "\n$ODE\n", kinetics, if (second) response
)
model <- mcode(paste0("workload", workload$number), code, quiet = TRUE)

doses <- workload$doses
events <- cbind(time = doses[, "time"], cmt = 1, evid = 1, amt = doses[, "amount"], rate = doses[, "rate"])

serve(
  solve = function(rtol, atol, subjects) {
    each <- rep(seq_along(subjects), each = nrow(events))
    dose <- rep(seq_len(nrow(events)), length(subjects))
    data <- cbind(ID = each, events[dose, ], workload$parameters[subjects[each], , drop = FALSE])
    model <- update(model, rtol = rtol, atol = atol, maxsteps = 1e6)
    mrgsim_q(model, valid_data_set(as.data.frame(data), model), stime = workload$times, output = "df")
  },
  states_of = function(result, i) {
    # A time at which a dose is given has a row for the dose, too.
    rows <- result[result$ID == i, ]
    rows <- rows[!duplicated(rows$time), ]
    as.matrix(rows[match(workload$times, rows$time), workload$states])
  },
  batch = 256L
)
