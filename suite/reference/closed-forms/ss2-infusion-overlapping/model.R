ss2_infusion_overlapping <- function() {
  ini({
    ka <- 0.9
    k <- 0.15
  })
  model({
    d/dt(depot) <- -ka*depot
    d/dt(central) <- ka*depot - k*central
  })
}
