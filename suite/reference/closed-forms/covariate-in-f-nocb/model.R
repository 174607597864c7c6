covariate_in_f_nocb <- function() {
  ini({
    k <- 0.2
  })
  model({
    d/dt(central) <- -k*central
    f(central) <- FC
  })
}
