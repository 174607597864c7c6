warfarin <- function() {
  description <- "One compartment with first-order absorption and a lag; an example, with values chosen for it and no fit of data"
  units <- list(time = "h", dosing = "mg", concentration = "mg/L")
  ini({
    lka <- log(0.6); label("Absorption rate constant (1/h)")
    lcl <- log(0.134); label("Clearance (L/h)")
    lv <- log(8.1); label("Volume (L)")
    tlag <- 0.8; label("Lag (h)")
    eta.cl + eta.v ~ c(0.08, 0.01, 0.03)
    prop.sd <- 0.1
    add.sd <- 0.2
  })
  model({
    ka <- exp(lka)
    cl <- exp(lcl + eta.cl) * (WT/70)^0.75
    v <- exp(lv + eta.v) * WT/70
    d/dt(depot) <- -ka*depot
    d/dt(central) <- ka*depot - cl/v*central
    alag(depot) <- tlag
    cp <- central/v
    cp ~ add(add.sd) + prop(prop.sd)
  })
}
