lincmt_2_aob <- function() {
  ini({
    alpha <- 1.2
    beta <- 0.08
    aob <- 3
    v <- 10
  })
  model({
    cp <- linCmt()
  })
}
