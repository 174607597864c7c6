covariate_through_a_reset <- function() {
  ini({
    one <- 1
  })
  model({
    d/dt(central) <- -one*K*central
  })
}
