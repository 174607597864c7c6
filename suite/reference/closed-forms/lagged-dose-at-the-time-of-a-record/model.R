lagged_dose_at_the_time_of_a_record <- function() {
  ini({
    ka <- 0.9
    k <- 0.15
  })
  model({
    d/dt(depot) <- -ka*depot
    d/dt(central) <- ka*depot - k*central
    alag(central) <- 2
  })
}
