suppressed_variables_and_states <- function() {
  ini({
    ka <- 0.7
    cl <- 2
    v <- 10
  })
  model({
    k ~ cl/v
    scaled ~ 1000/v
    d/dt(depot) ~ -ka*depot
    d/dt(central) = ka*depot - k*central
    cp = scaled*central
  })
}
