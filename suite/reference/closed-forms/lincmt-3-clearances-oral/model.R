lincmt_3_clearances_oral <- function() {
  ini({
    ka <- 0.7
    cl <- 6
    v <- 15
    q <- 9
    v2 <- 30
    q2 <- 2
    v3 <- 120
  })
  model({
    cp <- linCmt()
  })
}
