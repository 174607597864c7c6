# Microseconds of the fits of crates/meta/benches/speed.rs in metafor and netmeta, one line each: `name<TAB>microseconds`.
# Arguments: the contrasts of the network that the bench wrote.
suppressWarnings(suppressMessages({
  have <- function(p) requireNamespace(p, quietly = TRUE)
  time <- function(name, f) {
    start <- proc.time()[1:2]
    f()
    first <- sum(proc.time()[1:2] - start)
    best <- Inf
    # What takes seconds is measured once.
    if (first > 2) best <- first
    else for (round in 1:5) {
      calls <- 0
      start <- proc.time()[1:2]
      repeat {
        f()
        calls <- calls + 1
        spent <- sum(proc.time()[1:2] - start)
        if (spent > 0.3) break
      }
      best <- min(best, spent / calls)
    }
    cat(name, "\t", 1e6 * best, "\n", sep = "")
  }
  if (have("metafor")) {
    library(metafor)
    yi <- c(-0.8893, -1.5854, -1.3481, -1.4416, -0.2175, -0.7861, -1.6209, 0.0120, -0.4694, -1.3713, -0.3394, 0.4459, -0.0173)
    vi <- c(0.3256, 0.1946, 0.4154, 0.0200, 0.0512, 0.0069, 0.2230, 0.0040, 0.0564, 0.0730, 0.0124, 0.5325, 0.0714)
    ablat <- c(44, 55, 42, 52, 13, 44, 19, 13, 27, 42, 18, 33, 33)
    cat("# metafor", as.character(packageVersion("metafor")), "\n")
    time("REML, 13 studies", function() rma(yi, vi))
    time("REML, Knapp-Hartung, 13 studies", function() rma(yi, vi, test = "knha"))
    time("DL, 13 studies", function() rma(yi, vi, method = "DL"))
    time("REML, one moderator, 13 studies", function() rma(yi, vi, mods = ~ ablat))
    # One refit in 10,000: each as metafor's simulate() and rma() would make it.
    refit <- function() rma(rnorm(13, -0.71, sqrt(0.31 + vi)), vi)
    start <- proc.time()[1:2]
    for (i in 1:100) try(refit(), silent = TRUE)
    cat("10,000 parametric bootstrap refits, REML, 13 studies\t", 1e6 * 100 * sum(proc.time()[1:2] - start), "\n", sep = "")
  }
  file <- commandArgs(TRUE)[1]
  if (have("netmeta") && !is.na(file) && file.exists(file)) {
    library(netmeta)
    d <- read.csv(file)
    cat("# netmeta", as.character(packageVersion("netmeta")), "\n")
    net <- function(method) netmeta(te, se, treat1, treat2, study, data = d, method.tau = method)
    time("  DL", function() net("DL"))
    time("  REML", function() net("REML"))
  }
}))
