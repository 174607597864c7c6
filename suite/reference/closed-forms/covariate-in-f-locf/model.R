covariate_in_f_locf <- function() {
  ini({
    k <- 0.2
  })
  model({
    d/dt(central) <- -k*central
    f(central) <- FC
  })
}
