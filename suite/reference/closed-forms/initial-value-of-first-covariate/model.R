initial_value_of_first_covariate <- function() {
  ini({
    k <- 0.1
  })
  model({
    d/dt(a) <- -k*a
    a(0) <- BASE
  })
}
