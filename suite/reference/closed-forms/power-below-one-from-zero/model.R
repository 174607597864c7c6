power_below_one_from_zero <- function() {
  ini({
    ka <- 0.8
    k <- 0.2
    kout <- 0.3
    hill <- 0.5
  })
  model({
    d/dt(depot) <- -ka*depot
    d/dt(central) <- ka*depot - k*central
    d/dt(e) <- central^hill - kout*e
  })
}
