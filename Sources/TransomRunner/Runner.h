#pragma once
#include "CCaseRunner.h"

// RunnerService.swift.
void transomRunnerBegin(const TransomRunnerRequest *request, const uint64_t *regions);
void transomRunnerEnd(const TransomRunnerRequest *request, const uint64_t *regions);
void transomRunnerRun(
    const TransomRunnerRequest *request, const uint64_t *before, const uint64_t *systems,
    TransomRunnerResult *result, uint64_t *after);
