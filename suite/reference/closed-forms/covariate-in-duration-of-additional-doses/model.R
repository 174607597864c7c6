covariate_in_duration_of_additional_doses <- function() {
  ini({
    k <- 0.2
  })
  model({
    d/dt(central) <- -k*central
    dur(central) <- D
  })
}
