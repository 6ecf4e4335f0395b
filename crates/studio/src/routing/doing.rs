//! One removal, from the decision to the picture.

use std::sync::Arc;

use imaging::effects::RemoveBackground;
use imaging::removal::{Doubt, LITE, remove_background};
use imaging::{Operation, Picture, Pipeline};
use jobs::{Ctx, Stop};

use super::decide::{Decision, Purpose, Route, Situation, Standing, decide};
use super::elsewhere::elsewhere;
use super::health::Health;
use super::remover::{Decided, Inner, Removed};
use crate::server::{Loss, ServerError};
use crate::work::Tools;

/// The picture by the server, or why not.
type Asked<T> = Result<T, ServerError>;

impl Inner {
    /// A whole pipeline, in which every removal is done by whoever is to do it.
    pub(super) fn applied(
        &self,
        ctx: &Ctx,
        picture: &Picture,
        pipeline: &Pipeline,
        purpose: Purpose,
    ) -> Result<Removed, Stop> {
        pipeline.check()?;
        let mut whole = Removed::untouched(picture);
        let mut from = 0;
        for (at, operation) in pipeline.active() {
            if let Operation::RemoveBackground(how) = operation {
                self.between(ctx, &mut whole, pipeline, from..at)?;
                let removed = self.removed(ctx, &whole.picture, how, purpose)?;
                whole.goes_on(removed);
                from = at + 1;
            }
        }
        self.between(ctx, &mut whole, pipeline, from..pipeline.stages.len())?;
        Ok(whole)
    }

    /// The stages of a part of the pipeline. They keep their numbers, for the sake of what goes wrong in them.
    fn between(
        &self,
        ctx: &Ctx,
        whole: &mut Removed,
        pipeline: &Pipeline,
        part: std::ops::Range<usize>,
    ) -> Result<(), Stop> {
        let mut only = pipeline.clone();
        for (at, stage) in only.stages.iter_mut().enumerate() {
            stage.bypass |= !part.contains(&at);
        }
        if only.active().next().is_none() {
            return Ok(());
        }
        let tools = self.state().tools.clone();
        let made = tools.run(ctx, |run| only.apply(&whole.picture, run))?;
        whole.picture = made.value;
        Ok(())
    }

    fn decided(&self, ctx: &Ctx, model: &str, decision: &Decision) {
        let told = Decided {
            model: model.to_owned(),
            request: ctx.request().map(ToString::to_string),
            decision: decision.clone(),
        };
        match decision.warns() {
            true => tracing::warn!("background with {model}: {decision}"),
            false => tracing::info!("background with {model}: {decision}"),
        }
        (self.tell)(&told);
    }

    fn note_route(&self, remote: bool) {
        if let Some(pool) = self.pool.upgrade() {
            pool.note_route(remote);
        }
    }

    pub(super) fn removed(
        &self,
        ctx: &Ctx,
        picture: &Picture,
        how: &RemoveBackground,
        purpose: Purpose,
    ) -> Result<Removed, Stop> {
        let (tools, rules, server) = {
            let state = self.state();
            (state.tools.clone(), state.rules, state.server.clone())
        };
        let now = self.clock.now();
        let model = how.model.as_str();
        let decision = decide(
            &rules,
            &Situation {
                size: picture.size(),
                purpose,
                lite: model == LITE,
                here: self.session(model).is_some(),
                saturated: self.pool.upgrade().is_some_and(|pool| pool.saturated()),
                latency: self.latencies.typical(model, now),
                server: server
                    .as_ref()
                    .map_or(Standing::NotSetUp, |health| health.standing(model, now)),
            },
        );
        self.decided(ctx, model, &decision);
        let mut decisions = vec![decision];
        let health = server.filter(|_| decisions[0].route == Route::Server);
        if let Some(health) = health {
            match self.by_server(ctx, &tools, &health, picture, how)? {
                Ok((picture, losses)) => {
                    self.note_route(true);
                    return Ok(Removed {
                        picture,
                        doubts: Vec::new(),
                        decisions,
                        losses,
                    });
                }
                Err(error) => {
                    self.complain(&health, &error);
                    let back = decisions[0].after_failure(error.to_string());
                    self.decided(ctx, model, &back);
                    decisions.push(back);
                }
            }
        }
        let made = self.here(ctx, &tools, picture, how)?;
        self.note_route(false);
        Ok(Removed {
            picture: made.0,
            doubts: made.1,
            decisions,
            losses: Vec::new(),
        })
    }

    fn here(
        &self,
        ctx: &Ctx,
        tools: &Tools,
        picture: &Picture,
        how: &RemoveBackground,
    ) -> Result<(Picture, Vec<Doubt>), Stop> {
        let session = self.session(&how.model);
        // Reading the network is no part of what one picture takes.
        let loaded = session.map(|session| session.model()).transpose()?;
        let asked = tools.networks.report().misses;
        let begun = self.clock.now();
        let cut = tools
            .run(ctx, |run| remove_background(picture, how, run))?
            .value;
        if loaded.is_some() {
            let kept = tools.networks.report().misses == asked;
            if let Some(pool) = self.pool.upgrade() {
                pool.note_cache(kept);
            }
            // A mask that was kept says nothing about the next picture.
            if !kept {
                let now = self.clock.now();
                self.latencies.note(&how.model, now, now.since(begun));
            }
        }
        Ok((cut.picture, cut.doubts))
    }

    /// The picture by the server; an error of the job only where it is to stop.
    fn by_server(
        &self,
        ctx: &Ctx,
        tools: &Tools,
        health: &Arc<Health>,
        picture: &Picture,
        how: &RemoveBackground,
    ) -> Result<Asked<(Picture, Vec<Loss>)>, Stop> {
        let server = health.server.clone();
        let Some(contract) = health.contract() else {
            // It failed for somebody else a moment ago.
            let what = health.complaint().unwrap_or_default();
            let address = server.address().to_owned();
            return Ok(Err(ServerError::Reply { address, what }));
        };
        // What goes wrong with the picture itself goes wrong here too, and is told there; a stop is one in both places.
        let put = tools.run(ctx, |run| Ok(server.question(&contract, picture, how, run)))?;
        let mut question = match stopped(ctx, put.value)? {
            Ok(question) => question,
            Err(error) => return Ok(Err(error)),
        };
        if self.state().warm.contains(&how.model) {
            question = question.warm();
        }
        let question = Arc::new(question);
        let (theirs, asked) = (server.clone(), Arc::clone(&question));
        let reply = match elsewhere(ctx, move |cancel| theirs.ask(&asked, cancel))? {
            Ok(reply) => reply,
            Err(error) => return Ok(Err(error)),
        };
        let taken = tools.run(
            ctx,
            |run| Ok(server.accept(&question, &reply, picture, run)),
        )?;
        Ok(stopped(ctx, taken.value)?.map(|picture| {
            let mut state = self.state();
            if !state.warm.contains(&how.model) {
                state.warm.push(how.model.clone());
            }
            (picture, question.losses().to_vec())
        }))
    }
}

/// A stop is the job's, not the server's.
fn stopped<T>(ctx: &Ctx, made: Result<T, ServerError>) -> Result<Result<T, ServerError>, Stop> {
    match (&made, ctx.stop_asked()) {
        (Err(error), Some(reason)) if error.cancelled() => Err(Stop::Asked(reason)),
        _ => Ok(made),
    }
}
