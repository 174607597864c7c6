michaelis_menten_ss2 <- function() {
  ini({
    vmax <- 10
    km <- 40
  })
  model({
    d/dt(central) <- -vmax*central/(km + central)
  })
}
