switch_by_mtime_of_covariates <- function() {
  ini({
    k1 <- 0.1
    k2 <- 0.4
  })
  model({
    mtime(on) <- 2 + AGE/10
    k <- ifelse(t >= on, k2, k1)
    d/dt(x) <- -k*x
  })
}
