duration_column <- function() {
  ini({
    ka <- 0.9
    k <- 0.15
    fc <- 0.6
  })
  model({
    d/dt(depot) <- -ka*depot
    d/dt(central) <- ka*depot - k*central
    f(central) <- fc
  })
}
