oral_michaelis_menten_ss <- function() {
  ini({
    ka <- 0.9
    vmax <- 10
    km <- 40
  })
  model({
    d/dt(depot) <- -ka*depot
    d/dt(central) <- ka*depot - vmax*central/(km + central)
  })
}
