lincmt_3_coefficients <- function() {
  ini({
    alpha <- 1.5
    beta <- 0.3
    gamma <- 0.02
    A <- 0.05
    B <- 0.015
    C <- 0.004
  })
  model({
    cp <- linCmt()
  })
}
