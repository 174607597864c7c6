michaelis_menten_bolus_ss_near_capacity <- function() {
  ini({
    vmax <- 10
    km <- 40
  })
  model({
    d/dt(central) <- -vmax*central/(km + central)
  })
}
