extra_records_evid2 <- function() {
  ini({
    scale <- 1
  })
  model({
    d/dt(central) <- -scale*K*central
  })
}
