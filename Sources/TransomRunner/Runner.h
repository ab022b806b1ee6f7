#pragma once
#include "CCaseRunner.h"

// RunnerService.swift.
void transomRunnerBegin(const TransomRunnerRequest *request, const uint64_t *regions);
void transomRunnerEnd(const TransomRunnerRequest *request, const uint64_t *regions);
void transomRunnerRun(
    const TransomRunnerRequest *request, const uint64_t *before, const uint64_t *systems,
    TransomRunnerResult *result, uint64_t *after);

// Main.c: whether a range lies in one region of the request.
int transomRunnerOwns(uint64_t address, uint64_t count);

// PageViews.c: a range of memory is not there any more.
void transomRunnerForgetPages(uint64_t address, uint64_t count);
