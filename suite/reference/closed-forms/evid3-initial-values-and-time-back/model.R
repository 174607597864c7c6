evid3_initial_values_and_time_back <- function() {
  ini({
    ka <- 0.9
    k <- 0.15
  })
  model({
    d/dt(depot) <- -ka*depot
    d/dt(central) <- ka*depot - k*central
    central(0) <- 12
  })
}
