lincmt_2_k12_k21_ss1_ss2 <- function() {
  ini({
    k <- 0.11
    v <- 15
    k12 <- 0.3
    k21 <- 0.05
  })
  model({
    cp <- linCmt()
  })
}
