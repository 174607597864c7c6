constant_infusion_modelled_rate <- function() {
  ini({
    ka <- 0.9
    k <- 0.15
    r2 <- 7
  })
  model({
    d/dt(depot) <- -ka*depot
    d/dt(central) <- ka*depot - k*central
    rate(central) <- r2
  })
}
