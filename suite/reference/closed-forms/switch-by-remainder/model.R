switch_by_remainder <- function() {
  ini({
    day <- 0.1
    night <- 0.02
  })
  model({
    k <- ifelse(t %% 24 < 8, day, night)
    d/dt(x) <- -k*x
  })
}
