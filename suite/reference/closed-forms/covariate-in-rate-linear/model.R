covariate_in_rate_linear <- function() {
  ini({
    scale <- 1
  })
  model({
    twice <- 2*K
    d/dt(central) <- -scale*K*central
  })
}
