covariate_at_steady_state <- function() {
  ini({
    v <- 10
  })
  model({
    d/dt(central) <- -CL/v*central
  })
}
