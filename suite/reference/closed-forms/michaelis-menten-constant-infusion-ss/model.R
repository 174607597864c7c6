michaelis_menten_constant_infusion_ss <- function() {
  ini({
    vmax <- 10
    km <- 40
  })
  model({
    d/dt(central) <- -vmax*central/(km + central)
  })
}
