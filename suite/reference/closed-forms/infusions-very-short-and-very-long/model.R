infusions_very_short_and_very_long <- function() {
  ini({
    ka <- 0.9
    k <- 0.15
  })
  model({
    d/dt(depot) <- -ka*depot
    d/dt(central) <- ka*depot - k*central
  })
}
