michaelis_menten_boluses <- function() {
  ini({
    vmax <- 10
    km <- 40
  })
  model({
    d/dt(central) <- -vmax*central/(km + central)
  })
}
