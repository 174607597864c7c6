one <- function() {
  description <- "One compartment, cleared by the liver."
  units <- list(time = "h", dosing = "mg", concentration = "mg/L")
  sampling <- "arterial plasma"
  outputs <- list(
    drug = "Drug in plasma (mg/L)",
    metabolite = "Metabolite in plasma (mg/L)"
  )
  uncertainty <- list(
    lka = 0.5 # [assumed] made-up: a guess
  )
  ini({
    lcl <- log(20); label("Clearance (L/h)") # [seen] made-up: Table 1
    lv <- log(100); label("Volume (L)") # [seen] made-up: Table 1
    lka <- log(2); label("Absorption (1/h)") # [assumed] made-up: faster than the tablet
    logit_f <- 0; label("Fraction absorbed") # [assumed] made-up: half of it
    e_hepatic <- fix(0.4); label("Part of the clearance that an impaired liver loses") # [assumed] made-up: by Child-Pugh class
    e_star6 <- fix(0.25); label("Part of the clearance that an allele *6 costs") # [seen] made-up: Table 2
    eta_v ~ 0.04 # [assumed] made-up: a fifth
  })
  model({
    cl <- exp(lcl) * CLINT_LIVER * (1 - e_hepatic * HEPATIC) * (1 - e_star6 * CYP2B6_STAR6)
    v <- exp(lv + eta_v)
    ka <- exp(lka)
    f(depot) <- 1 / (1 + exp(-logit_f))
    d/dt(depot) <- -ka * depot
    d/dt(central) <- ka * depot - cl / v * central
    d/dt(formed) <- cl / v * central
    drug <- central / v
    metabolite <- formed / v
  })
}
