lincmt_2_vss <- function() {
  ini({
    cl <- 5
    v <- 20
    q <- 8
    vss <- 80
  })
  model({
    cp <- linCmt()
  })
}
