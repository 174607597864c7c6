# deSolve: lsoda with right-hand side in C, the infusion rate changed by events. The library that `R CMD SHLIB` made of
# c/desolve.c is named by the environment variable DESOLVE_LIBRARY.

source(file.path(dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))), "conversation.R"))
suppressPackageStartupMessages(library(deSolve))

library_file <- Sys.getenv("DESOLVE_LIBRARY")
dyn.load(library_file)
name <- sub("\\.so$|\\.dll$", "", basename(library_file))

ends <- workload$doses[, "time"] + workload$doses[, "amount"] / workload$doses[, "rate"]
changes <- data.frame(
  var = "rate",
  time = c(rbind(workload$doses[, "time"], ends)),
  value = c(rbind(workload$doses[, "rate"], 0)),
  method = "replace"
)
first_rate <- changes$value[1]
changes <- changes[-1, ]
times <- sort(unique(c(workload$times, changes$time)))
observed <- match(workload$times, times)
y0 <- c(setNames(workload$initial, workload$states), rate = first_rate)

one <- function(rtol, atol, subject) {
  k <- .C("constants_of", workload$number, workload$parameters[subject, ], numeric(17), PACKAGE = name)[[3]]
  lsoda(
    y0, times, paste0("derivatives_w", workload$number), k, rtol = rtol, atol = atol,
    dllname = name, initfunc = paste0("initialise_w", workload$number),
    events = list(data = changes), maxsteps = 1e6
  )
}

serve(
  solve = function(rtol, atol, subjects) lapply(subjects, function(subject) one(rtol, atol, subject)),
  states_of = function(result, i) result[[i]][observed, 1L + seq_along(workload$states)],
  batch = 64L,
  calls = function() .C("calls_so_far", numeric(1), PACKAGE = name)[[1]]
)
