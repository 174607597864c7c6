time_varying <- function() {
  description <- "One compartment with first-order absorption; what a dose into the second compartment needs is in the data"
  units <- list(time = "h", dosing = "mg")
  ini({
    tka <- 1.5; label("Absorption rate constant (1/h)")
  })
  model({
    cl <- 1.1*(WT/70)^0.75
    v <- 20
    d/dt(depot) <- -tka*depot
    d/dt(central) <- tka*depot - cl/v*central
    f(central) <- BIOAV
    alag(central) <- LAGT
    dur(central) <- DUR2
    rate(central) <- RAT2
    CP <- 1000*central/v
  })
}
