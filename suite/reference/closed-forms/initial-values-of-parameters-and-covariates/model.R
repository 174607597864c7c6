initial_values_of_parameters_and_covariates <- function() {
  ini({
    start <- 3
    kab <- 0.1
    kout <- 0.25
  })
  model({
    base <- AGE/10 + 2
    d/dt(a) <- -kab*a
    d/dt(b) <- kab*a - kout*b
    a(0) <- base*WT/70
    b(0) <- start
  })
}
